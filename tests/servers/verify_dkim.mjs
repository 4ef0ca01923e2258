// Reads a message from standard input, answers with mailauth's verdict on each signature, by the system's name servers.
import { dkimVerify } from "mailauth/lib/dkim/verify.js";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { results } = await dkimVerify(Buffer.concat(chunks));
process.stdout.write(results.map((result) => `${result.algo} ${result.status.result}`).join(", "));

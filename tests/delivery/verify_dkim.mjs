// Reads a message from standard input, answers with mailauth's verdict. argv: name of the record, its text.
import { dkimVerify } from "mailauth/lib/dkim/verify.js";

const [name, record] = process.argv.slice(2);
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const resolver = async (asked) => {
  if (asked === name) return [[record]];
  throw Object.assign(new Error("no such record"), { code: "ENOTFOUND" });
};
const { results } = await dkimVerify(Buffer.concat(chunks), { resolver });
process.stdout.write(results.map((result) => result.status.result).join(","));

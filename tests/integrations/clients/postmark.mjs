// Postmark's own client, unmodified: [host and port, key, method, argument as JSON].
import "./home.mjs";
import postmark from "postmark";

const [requestHost, key, method, argument] = process.argv.slice(2);
const client = new postmark.ServerClient(key, { requestHost, useHttps: false });
try {
  console.log(JSON.stringify(await client[method](JSON.parse(argument))));
} catch (error) {
  console.log(JSON.stringify({ status: error.statusCode, code: error.code, said: error.message }));
}

// Nodemailer, unmodified: [port, key, whether TLS comes first, message as JSON].
import nodemailer from "nodemailer";

const [port, key, secure, message] = process.argv.slice(2);
const transport = nodemailer.createTransport({
  host: "localhost",
  port: Number(port),
  secure: secure === "true",
  requireTLS: true,
  auth: { user: "apikey", pass: key },
});
try {
  const sent = await transport.sendMail(JSON.parse(message));
  console.log(JSON.stringify({ accepted: sent.accepted, response: sent.response }));
} catch (error) {
  console.log(JSON.stringify({ code: error.responseCode, response: error.response, said: String(error) }));
}

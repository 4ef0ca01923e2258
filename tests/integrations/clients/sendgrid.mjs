// SendGrid's own client, unmodified: [host and port, key, message as JSON].
import "./home.mjs";
import client from "@sendgrid/client";
import mail from "@sendgrid/mail";

const [origin, key, message] = process.argv.slice(2);
client.setApiKey(key);
client.setDefaultRequest("baseUrl", origin);
mail.setClient(client);
try {
  const [answer] = await mail.send(JSON.parse(message));
  console.log(JSON.stringify({ status: answer.statusCode, id: answer.headers["x-message-id"] }));
} catch (error) {
  console.log(JSON.stringify({ status: error.code, body: error.response?.body, said: String(error) }));
}

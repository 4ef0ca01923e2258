// <passkey-button options="/login/passkey/options/"><input type="hidden" name="answer"><button type="button" hidden>
// asks the server for a question, the browser for a passkey's answer, and sends the form with it.
export function bytesOf(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

export function textOf(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
}

// The server's JSON with bytes where the browser wants bytes.
export function readOptions(options) {
  const listed = (keys) => keys.map((key) => ({ ...key, id: bytesOf(key.id) }));
  const read = { ...options, challenge: bytesOf(options.challenge) };
  if (options.user) read.user = { ...options.user, id: bytesOf(options.user.id) };
  if (options.excludeCredentials) read.excludeCredentials = listed(options.excludeCredentials);
  if (options.allowCredentials) read.allowCredentials = listed(options.allowCredentials);
  return read;
}

// What the browser answered as JSON for the server.
export function writeAnswer(credential) {
  const response = { clientDataJSON: textOf(credential.response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = textOf(credential.response[name]);
  }
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  return JSON.stringify({
    id: credential.id, rawId: textOf(credential.rawId), type: credential.type, response, clientExtensionResults: {},
  });
}

// The browser's own words are for developers; "NotAllowedError" is also what waiting too long is called.
export function explain(error) {
  if (error.name === "InvalidStateError") return "This device has a passkey for your account already.";
  if (error.name === "NotAllowedError") return "No passkey was used. Try again, or choose another way.";
  return "The passkey did not work here. Try again, or choose another way.";
}

async function ask(url, form) {
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const reply = await fetch(url, { method: "POST", headers: { "X-CSRFToken": token } });
  if (!reply.ok) throw new Error(`status ${reply.status}`);
  const publicKey = readOptions(await reply.json());
  return publicKey.user ? navigator.credentials.create({ publicKey }) : navigator.credentials.get({ publicKey });
}

if (globalThis.customElements) {
  customElements.define("passkey-button", class extends HTMLElement {
    connectedCallback() {
      const [button, trouble] = [this.querySelector("button"), this.querySelector("[role=alert]")];
      if (!globalThis.PublicKeyCredential) {
        trouble.textContent = "This browser cannot use passkeys.";
        return;
      }
      button.hidden = false;
      button.addEventListener("click", async () => {
        trouble.textContent = "";
        button.disabled = true;
        try {
          const form = button.form;
          this.querySelector("input").value = writeAnswer(await ask(this.getAttribute("options"), form));
          form.submit();
        } catch (error) {
          trouble.textContent = explain(error);
          button.disabled = false;
        }
      });
    }
  });
}

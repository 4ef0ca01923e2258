// <portal-passkey options-url="…" kept="…" refused="…" hidden>: around a form with a button. Shown where the browser can
// make or use a passkey. With `kept` the answer is sent aside and the page stays; without, the form is sent.
import { readOptions, writeAnswer } from "./passkey-button.js";

async function answerOf(url, token) {
  const reply = await fetch(url, { method: "POST", headers: { "X-CSRFToken": token } });
  if (!reply.ok) throw new Error(`status ${reply.status}`);
  const publicKey = readOptions(await reply.json());
  const wanted = publicKey.user ? "create" : "get";
  return writeAnswer(await navigator.credentials[wanted]({ publicKey }));
}

if (globalThis.customElements) {
  customElements.define("portal-passkey", class extends HTMLElement {
    connectedCallback() {
      if (!globalThis.PublicKeyCredential) return;
      this.hidden = false;
      this.form = this.querySelector("form");
      this.form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.send();
      });
    }

    async send() {
      const said = this.querySelector("[role=status]");
      said.textContent = "";
      try {
        const { answer, csrfmiddlewaretoken } = this.form.elements;
        answer.value = await answerOf(this.getAttribute("options-url"), csrfmiddlewaretoken.value);
        if (!this.hasAttribute("kept")) return this.form.submit();
        const reply = await fetch(this.form.action, { method: "POST", body: new FormData(this.form) });
        if (!reply.ok) throw new Error(`status ${reply.status}`);
        this.form.hidden = true;
        said.textContent = this.getAttribute("kept");
        document.dispatchEvent(new CustomEvent("passkey-kept"));
      } catch (_refused) {
        said.textContent = this.getAttribute("refused");
      }
      return undefined;
    }
  });
}

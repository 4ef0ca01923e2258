// <portal-prove item-id="…" salt="…">: around the form that asks for a passphrase again. A proof is sent, and the words
// stay here.
import { toHex } from "./escrow-keys.js";
import { leaveWhenIdle } from "./portal-idle.js";
import { proofOf, stretch } from "./portal-passphrase.js";

if (globalThis.customElements) {
  customElements.define("portal-prove", class extends HTMLElement {
    connectedCallback() {
      leaveWhenIdle();
      this.form = this.querySelector("form");
      if (this.form.elements.passphrase) this.form.addEventListener("submit", (event) => this.send(event));
    }

    async send(event) {
      event.preventDefault();
      if (this.form.getAttribute("aria-busy")) return; // a second press would cost a second try
      this.form.setAttribute("aria-busy", "true");
      const said = this.querySelector("[role=alert]");
      said.textContent = this.getAttribute("working");
      said.hidden = false;
      const typed = this.form.elements.passphrase;
      const stretched = await stretch(typed.value, this.getAttribute("salt"));
      this.form.elements.passphrase_proof.value = toHex(await proofOf(stretched, this.getAttribute("item-id")));
      typed.disabled = true; // the words stay here
      this.form.submit();
    }
  });
}

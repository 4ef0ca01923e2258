// <portal-choose shortest="…" longest="…">: around the form in which a person chooses a passphrase. What is made of the
// words is sent, and the words stay here.
import { toHex } from "./escrow-keys.js";
import { leaveWhenIdle } from "./portal-idle.js";
import { plainOf, stretch } from "./portal-passphrase.js";

export function fits(typed, shortest, longest) {
  const { length } = [...plainOf(typed)];
  return length >= shortest && length <= longest;
}

if (globalThis.customElements) {
  customElements.define("portal-choose", class extends HTMLElement {
    connectedCallback() {
      leaveWhenIdle();
      this.form = this.querySelector("form");
      this.form.addEventListener("submit", (event) => this.send(event));
    }

    async send(event) {
      event.preventDefault();
      const { passphrase, salt, stretched } = this.form.elements;
      if (this.form.getAttribute("aria-busy")) return;
      const [shortest, longest] = ["shortest", "longest"].map((name) => Number(this.getAttribute(name)));
      if (!fits(passphrase.value, shortest, longest)) {
        this.say("refused");
        passphrase.setAttribute("aria-describedby", "passphrase-help problem");
        return passphrase.focus();
      }
      this.form.setAttribute("aria-busy", "true");
      this.say("working");
      stretched.value = toHex(await stretch(passphrase.value, salt.value));
      passphrase.disabled = true; // the words stay here
      return this.form.submit();
    }

    say(attribute) {
      const said = this.querySelector("[role=alert]");
      said.textContent = this.getAttribute(attribute);
      said.hidden = false;
    }
  });
}

// <portal-check>: around the form that asks who somebody is. After a wrong answer what was typed stays in its fields:
// the server writes no code and no fact into a page. Of a passphrase a proof is sent, and what opens the message stays
// in this tab.
import { toHex } from "./escrow-keys.js";
import { keepPassphrase, proofOf, stretch } from "./portal-passphrase.js";

export async function problemOf(answer) {
  return answer.status === 422 ? (await answer.json()).problem : "";
}

// Where the visit goes on; without a redirect the page itself says why, such as that it is locked.
export function nextPage(answer, page) {
  return answer.redirected ? answer.url : page;
}

if (globalThis.customElements) {
  customElements.define("portal-check", class extends HTMLElement {
    connectedCallback() {
      this.form = this.querySelector("form");
      this.form.addEventListener("submit", (event) => this.send(event));
    }

    async send(event) {
      event.preventDefault();
      if (this.form.getAttribute("aria-busy")) return; // a second press would cost a second try
      this.form.setAttribute("aria-busy", "true");
      const body = new URLSearchParams(new FormData(this.form));
      const stretched = body.has("passphrase") ? await this.prove(body) : null;
      const headers = { Accept: "application/json" };
      const answer = await fetch(this.form.action, { method: "POST", body, headers });
      const problem = await problemOf(answer);
      if (!problem) {
        if (stretched) keepPassphrase(this.getAttribute("item-id"), stretched, sessionStorage);
        return location.assign(nextPage(answer, location.href));
      }
      this.form.removeAttribute("aria-busy");
      this.say(problem);
      this.form.elements.code.setAttribute("aria-describedby", "code-help problem");
      this.form.elements.code.select();
    }

    // The proof takes the passphrase's place in what is sent.
    async prove(body) {
      this.say(this.getAttribute("working"));
      const stretched = await stretch(body.get("passphrase"), this.getAttribute("salt"));
      body.set("passphrase_proof", toHex(await proofOf(stretched, this.getAttribute("item-id"))));
      body.delete("passphrase");
      return stretched;
    }

    say(text) {
      const said = this.querySelector("[role=alert]");
      said.textContent = text;
      said.hidden = false;
    }
  });
}

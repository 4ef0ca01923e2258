// <portal-check>: around the form that asks who somebody is. After a wrong answer what was typed stays in its fields:
// the server writes no code and no fact into a page, and nothing is kept in the browser.
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
      if (this.form.ariaBusy) return; // a second press would cost a second try
      this.form.ariaBusy = "true";
      const body = new URLSearchParams(new FormData(this.form));
      const headers = { Accept: "application/json" };
      const answer = await fetch(this.form.action, { method: "POST", body, headers });
      const problem = await problemOf(answer);
      if (!problem) return location.assign(nextPage(answer, location.href));
      this.form.ariaBusy = null;
      const said = this.querySelector("[role=alert]");
      said.textContent = problem;
      said.hidden = false;
      this.form.elements.code.setAttribute("aria-describedby", "code-help problem");
      this.form.elements.code.select();
    }
  });
}

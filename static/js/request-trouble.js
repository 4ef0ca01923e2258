// <request-trouble>: says in the toast area why a partial update did not arrive; htmx itself is silent.
export function sentenceFor(status) {
  if (status === 403) return "Your role does not allow this.";
  if (status === 404) return "This no longer exists. Reload the page.";
  if (status === 429) return "That was too fast. Wait a moment and try again.";
  if (status >= 500) return "We could not do this. Try again in a moment.";
  if (status === 0) return "The server cannot be reached. We keep what you typed.";
  return "This was refused. Reload the page and try again.";
}

if (globalThis.customElements) {
  customElements.define("request-trouble", class extends HTMLElement {
    connectedCallback() {
      this.show = ({ detail }) => {
        const bar = document.createElement("undo-bar");
        bar.className = "sp-undo";
        bar.setAttribute("seconds", "8");
        bar.textContent = sentenceFor(detail.xhr?.status ?? 0);
        document.getElementById("toasts").append(bar);
      };
      document.addEventListener("htmx:responseError", this.show);
      document.addEventListener("htmx:sendError", this.show);
    }

    disconnectedCallback() {
      document.removeEventListener("htmx:responseError", this.show);
      document.removeEventListener("htmx:sendError", this.show);
    }
  });
}

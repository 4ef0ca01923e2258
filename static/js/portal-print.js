// <portal-print done-url="…"><button hidden>: prints the page, and says that it was printed, as far as a browser tells.
if (globalThis.customElements) {
  customElements.define("portal-print", class extends HTMLElement {
    connectedCallback() {
      const button = this.querySelector("button");
      button.hidden = false;
      button.addEventListener("click", () => window.print());
      window.addEventListener("afterprint", () => {
        const body = new FormData(this.querySelector("form"));
        fetch(this.getAttribute("done-url"), { method: "POST", body });
      });
    }
  });
}

// <dialog-opener target="ID"><button>...</button></dialog-opener>: opens the <dialog> with that id as modal.
// With the attribute "now" also at once, for a form in it that came back with an error.
if (globalThis.customElements) {
  customElements.define("dialog-opener", class extends HTMLElement {
    connectedCallback() {
      this.addEventListener("click", () => this.open());
      if (this.hasAttribute("now")) this.open();
    }

    open() {
      document.getElementById(this.getAttribute("target")).showModal();
    }
  });
}

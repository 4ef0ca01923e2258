// <dialog-opener target="ID"><button>...</button></dialog-opener>: opens the <dialog> with that id as modal.
if (globalThis.customElements) {
  customElements.define("dialog-opener", class extends HTMLElement {
    connectedCallback() {
      this.addEventListener("click", () => document.getElementById(this.getAttribute("target")).showModal());
    }
  });
}

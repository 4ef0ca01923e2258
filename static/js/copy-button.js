// <copy-button value="v=DKIM1; ..."><button>Copy</button></copy-button>: copies and says so for two seconds.

if (globalThis.customElements) {
  customElements.define("copy-button", class extends HTMLElement {
    connectedCallback() {
      const button = this.querySelector("button");
      const status = document.createElement("span");
      status.className = "visually-hidden";
      status.setAttribute("role", "status");
      this.append(status);
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(this.getAttribute("value"));
        status.textContent = "Copied";
        button.dataset.copied = "";
        setTimeout(() => {
          status.textContent = "";
          delete button.dataset.copied;
        }, 2000);
      });
    }
  });
}

/* Links inside our blocks of HTML open their page in the session that is there, as Streamlit's own links do.
   Without this script they are plain links. */
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a.in-app");
  const opensElsewhere = event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (!link || opensElsewhere || event.defaultPrevented) return;
  event.preventDefault();
  history.pushState(null, "", link.href);
  window.dispatchEvent(new PopStateEvent("popstate"));
  document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0);
});

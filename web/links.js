(() => {
  const $ = (found) => document.querySelector(found);
  const main = () => $("[data-testid=stMain]");
  const stands = () => $("[data-testid=stApp][data-test-script-state=notRunning]") && $("#root h1");

  /* The answer stands over the app until the app shows the same, or for ten seconds. */
  const layer = $("#answer");
  const root = $("#root");
  let isApp = !layer;
  const takeOver = () => {
    if (isApp) return;
    isApp = true;
    const at = layer.scrollTop;
    const link = document.activeElement?.closest?.("#answer a")?.getAttribute("href");
    root.inert = false;
    layer.remove();
    main()?.scrollTo(0, at);
    if (link) root.querySelector(`a[href="${CSS.escape(link)}"]`)?.focus({ preventScroll: true });
  };
  if (layer) {
    root.inert = true;
    const look = () => (stands() ? requestAnimationFrame(takeOver) : isApp || requestAnimationFrame(look));
    look();
    setTimeout(takeOver, 10000);
  }

  /* Links inside our blocks open their page in the session that is there, as Streamlit's own links do. */
  const isConnected = () => $("[data-testid=stApp][data-test-connection-state=CONNECTED]");
  const open = (address, from) => {
    const wanted = new URL(address, location.href);
    if (!isConnected()) {
      location.assign(wanted);
      return;
    }
    if (wanted.href !== location.href) {
      const isOther = wanted.pathname !== location.pathname;
      history.pushState(null, "", wanted);
      window.dispatchEvent(new PopStateEvent("popstate"));
      goOnReading(from, isOther);
    }
    main()?.scrollTo(0, 0);
  };

  /* The link goes away with the old page; the keyboard and a screen reader go on at the new heading, or at the same choice. */
  const goOnReading = (from, isOther) => {
    const [since, title, href] = [Date.now(), $("#root h1")?.innerText, from.getAttribute("href")];
    const look = () => {
      const heading = $("#root h1");
      const isNew = !from.isConnected || heading?.innerText !== title;
      if (!isNew || !stands()) {
        if (Date.now() - since < 5000) requestAnimationFrame(look);
        return;
      }
      if (![document.body, from].includes(document.activeElement)) return;
      const same = isOther || !href ? null : $(`#root a[href="${CSS.escape(href)}"]`);
      if (!same) heading.tabIndex = -1;
      (same ?? heading).focus({ preventScroll: true });
    };
    look();
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a.in-app");
    const opensElsewhere = event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (!link || !isApp || opensElsewhere || event.defaultPrevented) return;
    event.preventDefault();
    open(link.href, link);
  });

  /* Back returns to where the reader was: Streamlit scrolls inside, and the browser does not know. */
  const place = () => `at ${location.pathname}${location.search}`;
  let returning = 0;
  document.addEventListener("scroll", (event) => {
    if (event.target === main() && !returning) sessionStorage.setItem(place(), event.target.scrollTop);
  }, { capture: true, passive: true });
  const goBackTo = (wanted) => {
    const mine = (returning = Date.now());
    const look = () => {
      if (returning !== mine) return;
      const isThere = isApp && stands() && main().scrollHeight - main().clientHeight >= wanted;
      if (isThere) main().scrollTo(0, wanted);
      if (isThere || Date.now() - mine > 5000) returning = 0;
      else requestAnimationFrame(look);
    };
    look();
  };
  window.addEventListener("popstate", (event) => {
    if (event.isTrusted) setTimeout(goBackTo, 100, Number(sessionStorage.getItem(place())));
  });
  for (const own of ["wheel", "touchmove", "keydown"])
    document.addEventListener(own, () => (returning = 0), { capture: true, passive: true });
  const kind = performance.getEntriesByType("navigation")[0]?.type;
  const before = Number(sessionStorage.getItem(place()));
  if (before && (kind === "back_forward" || kind === "reload")) goBackTo(before);

  /* The search: the browser's own list under the field, read when somebody comes to it. */
  let found = null;
  document.addEventListener("focusin", async (event) => {
    if (!event.target.matches?.(".search")) return;
    found ??= (await fetch("search.json").then((answer) => (answer.ok ? answer.json() : null), () => null));
    event.target.list?.replaceChildren(...(found ?? []).map((each) => new Option("", each.words)));
  });
  document.addEventListener("input", (event) => {
    const chosen = event.target.matches?.(".search") && found?.find((each) => each.words === event.target.value);
    if (!chosen) return;
    event.target.value = "";
    if (isApp) open(chosen.address, event.target);
    else location.href = chosen.address;
  });
})();

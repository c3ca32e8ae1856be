// Shows the progress of a job without loading the page again: fetches the same page and puts its
// part marked data-poll in place of ours. The page of an ended job leads on to its result, and so do
// we. Without this module the page refreshes itself.
const EVERY = 1000;

async function refresh() {
  const old = document.querySelector("[data-poll]");
  if (!old) return;
  try {
    const response = await fetch(location.href, { headers: { accept: "text/html" } });
    if (response.redirected) {
      location.replace(response.url);
      return;
    }
    if (response.ok) {
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const fresh = page.getElementById(old.id);
      if (fresh && fresh.innerHTML !== old.innerHTML) {
        const focused = old.contains(document.activeElement);
        old.replaceWith(document.adoptNode(fresh));
        if (focused) fresh.querySelector("a, button")?.focus();
      }
    }
  } catch {
    // The server is away for a moment: ask again.
  }
  setTimeout(refresh, EVERY);
}

setTimeout(refresh, EVERY);

// The page says all it has to say without this: it only saves clicks.
"use strict";
(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);
  const setOpen = (open) => () => all("details").forEach((each) => { each.open = open; });
  byId("tools").hidden = false;
  byId("unfold").addEventListener("click", setOpen(true));
  byId("fold").addEventListener("click", setOpen(false));

  const kinds = [["unmet", "not as the spec expects"], ["refuted", "refuted"], ["open", "unknown"], ["proved", "proved"]];
  const is = (each, kind) => kind === "unmet" ? "unmet" in each.dataset : each.dataset.sign === kind;
  const filter = byId("filter");
  const sections = all("main section[data-sign]");
  kinds.forEach(([sign, words]) => {
    const count = sections.filter((section) => is(section, sign)).length;
    if (count) filter.add(new Option(`${words} (${count})`, sign));
  });
  filter.addEventListener("change", () => {
    all("main section[data-sign], nav li[data-sign]").forEach((each) => {
      each.hidden = Boolean(filter.value) && !is(each, filter.value);
    });
    const shown = sections.filter((section) => !section.hidden).length;
    byId("filtered").textContent = filter.value ? `${shown} of ${sections.length} checks are shown` : "";
  });

  const select = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  };
  all("pre").forEach((pre) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(pre.textContent);
        button.textContent = "Copied";
      } catch {
        select(pre);
        button.textContent = "Selected";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
    pre.before(button);
  });

  // Whoever follows a link into something folded sees it.
  const reveal = () => {
    const target = location.hash && byId(decodeURIComponent(location.hash.slice(1)));
    for (let each = target && target.closest("details"); each; each = each.parentElement.closest("details")) each.open = true;
  };
  addEventListener("hashchange", reveal);
  reveal();
})();

// All cards are there without this: it only hides those that are not asked for.
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const cards = [...document.querySelectorAll(".cards > li")];
  const checksOf = (card) => card.dataset.checks.split("|").filter(Boolean);
  const fill = (select, values) => [...new Set(values)].sort().forEach((value) => select.add(new Option(value, value)));
  const [find, verdict, check] = ["find", "verdict", "check"].map(byId);
  byId("tools").hidden = false;
  fill(verdict, cards.map((card) => card.dataset.verdict));
  fill(check, cards.flatMap(checksOf));

  const choose = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    cards.forEach((card) => {
      const text = card.textContent.toLowerCase();
      card.hidden = !(words.every((word) => text.includes(word))
        && (!verdict.value || card.dataset.verdict === verdict.value)
        && (!check.value || checksOf(card).includes(check.value)));
    });
    document.querySelectorAll("#cards > section").forEach((section) => {
      section.hidden = !section.querySelector(".cards > li:not([hidden])");
    });
    const shown = cards.filter((card) => !card.hidden).length;
    byId("filtered").textContent = shown < cards.length ? `${shown} of ${cards.length} models are shown` : "";
  };
  [find, verdict, check].forEach((each) => each.addEventListener("input", choose));

  // Whoever follows a link to a card that is hidden sees all of them again.
  addEventListener("hashchange", () => {
    const target = location.hash && byId(decodeURIComponent(location.hash.slice(1)));
    if (target && target.closest("[hidden]")) {
      [find, verdict, check].forEach((each) => { each.value = ""; });
      choose();
      target.scrollIntoView();
    }
  });
})();

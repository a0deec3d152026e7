// After an error the summary is read first. `autofocus` sees to it where it may; this comes later, for the other browsers.
setTimeout(() => {
  const summary = document.querySelector("[data-focus]");
  if (summary && document.activeElement === document.body) summary.focus();
}, 250);

// After an error the summary is read first. `autofocus` does it in most browsers; this does it in the rest.
const summary = document.querySelector("[data-focus]");
if (summary && document.activeElement !== summary) summary.focus();

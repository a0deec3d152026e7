// Moments stand in the page as UTC; here they become the reader's own time, on the 24-hour clock.
const written = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "long",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

for (const time of document.querySelectorAll("time[datetime]")) {
  const parts = Object.fromEntries(written.formatToParts(new Date(time.dateTime)).map(({ type, value }) => [type, value]));
  time.textContent = `${parts.day} ${parts.month} ${parts.year}, ${parts.hour}:${parts.minute}`;
}

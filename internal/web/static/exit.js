// Leaves this page in the place of the link, so that "back" does not return to it; three times Shift
// does the same. What the browser's history has kept stays there, and the page says so.
(function () {
	"use strict";
	var link = document.getElementById("quit"), presses = 0, last = 0;
	if (!link) return;
	document.getElementById("shift").hidden = false;
	function leave(event) {
		if (event) event.preventDefault();
		document.body.hidden = true;
		location.replace(link.href);
	}
	link.addEventListener("click", leave);
	document.addEventListener("keydown", function (event) {
		if (event.key !== "Shift") { presses = 0; return; }
		if (event.repeat) return;
		presses = event.timeStamp - last < 1500 ? presses + 1 : 1;
		last = event.timeStamp;
		if (presses === 3) leave();
	});
})();

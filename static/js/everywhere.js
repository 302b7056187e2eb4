// What every page of a signed-in person loads. Served, it is one file: each costs a page a request
// (sift_site/serving/static_files.py).
import "./page.js";
import "./requests.js";
import "./pulse.js";
import "./shortcuts.js";

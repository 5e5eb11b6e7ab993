"""Live preview: rebuilds the site on every save and reloads the page on view; errors are shown on the page.

Two processes. One serves the site and watches the files (`watcher`, `server`). The other builds (`worker`): it has all
imports done, and is restarted when the engine changes or it has crashed. The result is that of `make book`.
"""

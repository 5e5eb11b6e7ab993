"""The live preview: what an author saves is on the page a moment later, and what is wrong with it too.

Two processes. One serves the site to the author's browser and watches the files (`watching`, `pages`); it imports
little and never falls. The other builds (`rounds`): it has everything imported, and is begun anew when the engine
changes. Neither edits what an author edits; what they build is what `make book` builds.
"""

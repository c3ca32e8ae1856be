//! Regions of Indonesia: codes, names, nesting, search, boundaries, the map.

//! Shapes of regions: clean topologies, the schematic map of Indonesia, neighbours and areas.

package dev.berth.cluster;

/** A node that a call can be placed at, with what it is known to have. */
record Place(String incarnation, Hints hints) {}

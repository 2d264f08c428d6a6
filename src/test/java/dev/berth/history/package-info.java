/** A cluster under random faults, and the program that judges what came of every call from what was written down. */
package dev.berth.history;

package dev.berth.engine;

/**
 * How a container ended.
 *
 * @param code exit code; 137 when killed
 * @param outOfMemory whether the engine says the memory limit killed it
 */
public record ExitStatus(int code, boolean outOfMemory) {}

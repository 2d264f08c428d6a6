package dev.berth.engine;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a container that a runner has left on this machine is found again by, and told from any other.
 *
 * @param name our id, also the engine's name for it
 * @param engineId the engine's own id of it, which is never used again
 * @param instance of the runner that made it
 * @param bootId of the machine, which changes whenever it starts
 * @param pid of the container's first process, as this machine counts
 * @param startTime of that process, in the kernel's ticks since the machine started: a number may be given out again
 * @param place the engine's id of the container whose network it has joined; null: none
 * @param sockets the folder that the function sees, as this process sees it
 */
public record Remains(
        String name,
        String engineId,
        String instance,
        String bootId,
        long pid,
        long startTime,
        @Nullable String place,
        Path sockets) {}

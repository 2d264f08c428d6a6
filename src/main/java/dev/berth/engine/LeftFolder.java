package dev.berth.engine;

import java.nio.file.Path;

/**
 * A folder with records of containers that another instance has left, or will.
 *
 * @param ended whether that instance has ended, and all is there that it has left
 */
public record LeftFolder(Path path, boolean ended) {}

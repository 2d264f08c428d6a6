package dev.berth.engine;

import java.util.List;

/**
 * A network that functions are on.
 *
 * @param name as the engine has it
 * @param subnets of its containers, as address/prefix
 */
public record FunctionNetwork(String name, List<String> subnets) {}

package dev.berth.engine;

import java.util.List;

/**
 * A network that functions are on.
 *
 * @param name as the engine has it
 * @param subnets of its containers, as address/prefix
 * @param ofHost whether it is no network of its own but the machine's
 */
public record FunctionNetwork(String name, List<String> subnets, boolean ofHost) {}

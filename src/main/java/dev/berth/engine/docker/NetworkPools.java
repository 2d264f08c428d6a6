package dev.berth.engine.docker;

import dev.berth.config.DockerConfig;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which pool there is: the one that is configured by its size, else places where the engine can have them, else none. */
final class NetworkPools {
    private static final Logger log = LoggerFactory.getLogger(NetworkPools.class);
    /** Modes of the engine that make nothing which could be held ready. */
    private static final List<String> NOTHING_TO_MAKE = List.of("host", "none");

    private final DockerContainer.Parts parts;
    private final DockerEngine.Options given;
    private final DockerConfig.Prefork prefork;
    private final EngineFacts facts;
    private final EngineWatch watch;
    private final @Nullable PauseImage image;

    NetworkPools(DockerContainer.Parts parts, DockerEngine.Options given, EngineFacts facts, EngineWatch watch) {
        this.parts = parts;
        this.given = given;
        this.prefork = given.docker().prefork();
        this.facts = facts;
        this.watch = watch;
        Optional<PauseProgram> program = wanted() ? PauseProgram.of(facts.architecture()) : Optional.empty();
        this.image = program.map(PauseImage::new).orElse(null);
        if (wanted() && image == null) {
            log.info("No places are held ready on a processor of kind '{}'", facts.architecture());
        }
    }

    private boolean wanted() {
        return prefork.poolSize() == DockerConfig.Prefork.AUTO
                && !facts.podman()
                && networks().stream().noneMatch(NOTHING_TO_MAKE::contains);
    }

    /** Of the containers in the pool, with its tag; what is never to be cleaned away. */
    String image() {
        return image == null ? ImageReference.parse(prefork.image()).nameWithTag() : image.name();
    }

    /** @param ordinary the networks of containers that get nothing from the pool */
    @Nullable
    NetworkPool choose(ImagePuller puller, NetworkSpread ordinary, StartsUnderWay starts) {
        if (prefork.poolSize() > 0) {
            return new PreforkPool(parts, puller, given.docker(), given.instances());
        }
        if (image == null) {
            return null;
        }
        PlaceMaker maker =
                new PlaceMaker(parts, image, given.instances(), given.docker().labelTag(), facts.hostName());
        NetworkSpread networks = prefork.networks().isEmpty() ? ordinary : new NetworkSpread(prefork.networks());
        return new PlacePool(parts, PlacePool.Times.USUAL, maker, networks, starts, watch, facts.cpus());
    }

    private List<String> networks() {
        return prefork.networks().isEmpty() ? given.docker().networks() : prefork.networks();
    }
}

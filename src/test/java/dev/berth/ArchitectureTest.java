package dev.berth;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The package rules, which javac cannot enforce. A package not listed in {@link #MAY_USE} is refused: adding one is a
 * decision about which way its arrows point. {@code RunnerMain} and {@code cli} stand at the top and may use everything.
 */
@AnalyzeClasses(packages = "dev.berth", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    private static final String ROOT = "dev.berth";

    /** Each package with those it may use besides itself and its own subpackages. */
    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            Map.entry("call", Set.of("config", "error")),
            Map.entry("why", Set.of("call", "error")),
            Map.entry("error", Set.of()),
            Map.entry("flow", Set.of()),
            Map.entry("config", Set.of("error")),
            Map.entry("observe", Set.of("call", "config", "error")),
            Map.entry("trace", Set.of("call", "config", "error", "observe", "why")),
            Map.entry("notify", Set.of()),
            Map.entry("doctor", Set.of("config", "engine", "port", "registry")),
            Map.entry("container", Set.of("call", "config", "error", "observe")),
            Map.entry("logs", Set.of("call", "config", "error", "observe")),
            Map.entry("engine", Set.of("config", "error", "flow", "observe")),
            Map.entry("bus", Set.of("call", "config", "error", "observe", "proto", "why")),
            Map.entry("cluster", Set.of("bus", "call", "config", "error", "observe", "why")),
            Map.entry("stream", Set.of("bus", "call", "config", "error", "observe")),
            Map.entry("registry", Set.of("bus", "call", "config", "error", "observe", "why")),
            Map.entry(
                    "worker",
                    Set.of(
                            "bus",
                            "call",
                            "config",
                            "container",
                            "engine",
                            "error",
                            "logs",
                            "observe",
                            "stream",
                            "why")),
            Map.entry(
                    "ingress",
                    Set.of(
                            "bus", "call", "cluster", "config", "error", "logs", "observe", "proto", "stream", "trace",
                            "why")),
            Map.entry(
                    "status",
                    Set.of("bus", "call", "cluster", "config", "error", "ingress", "observe", "proto", "trace", "why")),
            Map.entry(
                    "port",
                    Set.of(
                            "bus", "call", "cluster", "config", "engine", "error", "ingress", "logs", "observe",
                            "proto", "status", "trace", "why")),
            Map.entry(
                    "ops",
                    Set.of(
                            "bus",
                            "call",
                            "cluster",
                            "config",
                            "container",
                            "engine",
                            "error",
                            "ingress",
                            "logs",
                            "observe",
                            "port",
                            "proto",
                            "registry",
                            "status",
                            "stream",
                            "trace",
                            "why",
                            "worker")),
            Map.entry(
                    "rehearsal",
                    Set.of(
                            "bus",
                            "call",
                            "config",
                            "container",
                            "engine",
                            "error",
                            "ingress",
                            "logs",
                            "observe",
                            "ops",
                            "port",
                            "proto",
                            "registry",
                            "status",
                            "stream",
                            "trace",
                            "why",
                            "worker")));

    /** Vert.x has no public way to a context's event loop, which connections of our own need. */
    private static final String VERTX_SEAM = ROOT + ".worker.http.VertxSeam";
    /** Nor to end one direction of a connection. */
    private static final String HALF_CLOSE = ROOT + ".engine.docker.HalfClose";
    /** Nor to end one whose other side takes nothing. */
    private static final String FORCED_CLOSE = ROOT + ".ops.ForcedClose";

    /** May use every other package. */
    private static final String[] TOP = {ROOT, ROOT + ".cli.."};

    @ArchTest
    static final ArchRule packagesUseOnlyThoseBelowThem = MAY_USE.entrySet().stream()
            .<ArchRule>map(entry -> classes()
                    .that()
                    .resideInAPackage(subtree(entry.getKey()))
                    .should()
                    .onlyDependOnClassesThat(resideOutsideOfPackage(ROOT + "..")
                            .or(resideInAnyPackage(Stream.concat(Stream.of(entry.getKey()), entry.getValue().stream())
                                    .map(ArchitectureTest::subtree)
                                    .toArray(String[]::new))))
                    .as("package " + entry.getKey() + " uses only " + entry.getValue())
                    .allowEmptyShould(true))
            .reduce((one, other) -> CompositeArchRule.of(one).and(other))
            .orElseThrow()
            .as("each package uses only those that MAY_USE lists for it");

    @ArchTest
    static final ArchRule everyPackageIsListed = classes()
            .should()
            .resideInAnyPackage(Stream.concat(
                            Stream.of(ROOT, subtree("cli"), subtree("proto")),
                            MAY_USE.keySet().stream().map(ArchitectureTest::subtree))
                    .toArray(String[]::new));

    @ArchTest
    static final ArchRule theRootPackageHoldsTheStartAlone = classes()
            .that()
            .resideInAPackage(ROOT)
            .should()
            .haveNameMatching(ROOT.replace(".", "\\.")
                    + "\\.(Runner(Main|Service|Start|Stop|Parts|Verticles|Control)(\\$.*)?|package-info)");

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching(ROOT + ".(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule enginesDoNotKnowEachOther = slices().matching(ROOT + ".engine.(*)..")
            .should()
            .notDependOnEachOther()
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule onlyBusAndStreamTouchTheEventBusAndTheStartHandsItOut = noClasses()
            .that()
            .resideOutsideOfPackages(ROOT, subtree("bus"), subtree("stream"))
            .should()
            .callMethodWhere(target(nameMatching("eventBus")).and(target(owner(assignableTo("io.vertx.core.Vertx")))));

    @ArchTest
    static final ArchRule callsAndContainersKnowNoVertx = noClasses()
            .that()
            .resideInAnyPackage(subtree("call"), subtree("container"))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.vertx..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule onlyVerticlesOfTheRegistryKnowVertx = noClasses()
            .that()
            .resideInAPackage(subtree("registry"))
            .and()
            .haveNameNotMatching(".*Verticle(\\$.*)?")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.vertx..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule vertxInternalsAreOutOfReach = noClasses()
            .that()
            .resideOutsideOfPackage(subtree("proto"))
            .and()
            .doNotHaveFullyQualifiedName(VERTX_SEAM)
            .and()
            .doNotHaveFullyQualifiedName(HALF_CLOSE)
            .and()
            .doNotHaveFullyQualifiedName(FORCED_CLOSE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.vertx..impl..", "io.vertx..internal..");

    @ArchTest
    static final ArchRule onlyTheBusKnowsTheFormOfItsMessages = noClasses()
            .that()
            .resideOutsideOfPackages(subtree("bus"), subtree("proto.bus"))
            .should()
            .dependOnClassesThat()
            .resideInAPackage(subtree("proto.bus"));

    @ArchTest
    static final ArchRule onlyClusterKnowsHazelcast = noClasses()
            .that()
            .resideOutsideOfPackage(subtree("cluster"))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.hazelcast..", "io.vertx.spi.cluster.hazelcast..");

    @ArchTest
    static final ArchRule onlyTraceKnowsOpenTelemetry = noClasses()
            .that()
            .resideOutsideOfPackage(subtree("trace"))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.opentelemetry..");

    @ArchTest
    static final ArchRule nothingSleeps = noClasses()
            .should()
            .callMethodWhere(target(nameMatching("sleep"))
                    .and(target(owner(assignableTo(Thread.class))
                            .or(owner(assignableTo(java.util.concurrent.TimeUnit.class))))));

    @ArchTest
    static final ArchRule nothingWaitsForAFuture = noClasses()
            .that()
            .resideOutsideOfPackages(TOP)
            .should()
            .callMethodWhere(target(nameMatching("await")).and(target(owner(assignableTo("io.vertx.core.Future")))))
            .orShould()
            .callMethodWhere(target(nameMatching("get|join"))
                    .and(target(owner(assignableTo(java.util.concurrent.Future.class)))))
            .orShould()
            .callMethodWhere(target(nameMatching("await"))
                    .and(target(owner(assignableTo(java.util.concurrent.CountDownLatch.class)))))
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule noMethodIsSynchronized = noMethods()
            .that()
            .areDeclaredInClassesThat()
            .resideOutsideOfPackages(ROOT, subtree("cli"), subtree("proto"))
            .should()
            .haveModifier(JavaModifier.SYNCHRONIZED)
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule onlyConfigReadsTheEnvironment = noClasses()
            .that()
            .resideOutsideOfPackages(ROOT, subtree("cli"), subtree("config"))
            .should()
            .callMethodWhere(target(nameMatching("getenv")).and(target(owner(assignableTo(System.class)))))
            .allowEmptyShould(true);

    @ArchTest
    static void theArchitectureIsReadFromSomewhere(JavaClasses imported) {
        if (!imported.contain(RunnerMain.class)) {
            throw new AssertionError("no class of ours was read, so no rule above means anything");
        }
    }

    private static String subtree(String name) {
        return ROOT + "." + name + "..";
    }
}

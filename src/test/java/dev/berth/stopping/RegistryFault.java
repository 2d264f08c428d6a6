package dev.berth.stopping;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.matcher.ElementMatchers;
import net.bytebuddy.pool.TypePool;

/** A bug in the registry's decisions, for a runner in a process of its own: messages that hold a text make it throw. */
final class RegistryFault {
    /** The id of a call that the registry fails of. */
    static final String CALL_ID = "the-call-that-breaks-the-registry";

    private static final String TABLE = "dev.berth.registry.SlotTable";

    private RegistryFault() {}

    /** A class path like this process's own but for the bug. */
    static String classPath(Path folder) throws IOException {
        ClassFileLocator classes = ClassFileLocator.ForClassLoader.ofSystemLoader();
        TypeDescription table = TypePool.Default.of(classes).describe(TABLE).resolve();
        new ByteBuddy()
                .redefine(table, classes)
                .visit(Advice.to(Fault.class).on(ElementMatchers.named("apply")))
                .make()
                .saveIn(folder.toFile());
        return folder + File.pathSeparator + System.getProperty("java.class.path");
    }

    /** Copied into the method. */
    static final class Fault {
        private Fault() {}

        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(0) Object message) {
            if (message.toString().contains("the-call-that-breaks-the-registry")) {
                throw new IllegalStateException("a bug for a test");
            }
        }
    }
}

package dev.berth.cli;

import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The terminal of this process, taken over until it is closed: keys come one by one, and a picture is written over the
 * last one, so that nothing flickers. It is put back also when the process is interrupted.
 */
final class Terminal implements AutoCloseable {
    private static final File TTY = new File("/dev/tty");
    private static final String OPEN = "\u001b[?1049h\u001b[?25l";
    private static final String CLOSE = "\u001b[?25h\u001b[?1049l";
    private static final String HOME = "\u001b[H";
    private static final String REST_OF_LINE = "\u001b[K";
    private static final String REST_OF_SCREEN = "\u001b[J";
    private static final long STTY_SECONDS = 2;
    private static final int END = -1;

    private final PrintStream out;
    private final String saved;
    private final BlockingQueue<Integer> keys = new LinkedBlockingQueue<>();
    private final Thread restore = new Thread(this::restore, "terminal");

    /** How large it is, in characters. */
    record Size(int width, int height) {
        static final Size USUAL = new Size(80, 24);
    }

    private Terminal(PrintStream out, String saved) {
        this.out = out;
        this.saved = saved;
    }

    /** Null: there is none, or it cannot be taken over. */
    static @Nullable Terminal open() throws InterruptedException {
        if (!isThere()) {
            return null;
        }
        String saved = stty("-g");
        if (saved == null || stty("-icanon", "-echo", "min", "1") == null) {
            return null;
        }
        Terminal terminal = new Terminal(new PrintStream(System.out, false, StandardCharsets.UTF_8), saved);
        Runtime.getRuntime().addShutdownHook(terminal.restore);
        Thread reader = new Thread(terminal::read, "keys");
        reader.setDaemon(true);
        reader.start();
        terminal.out.print(OPEN);
        terminal.out.flush();
        return terminal;
    }

    /** Whether keys come from one and what is printed goes to one, which Java alone does not tell. */
    private static boolean isThere() throws InterruptedException {
        try {
            Process test = new ProcessBuilder("sh", "-c", "test -t 0 && test -t 1")
                    .inheritIO()
                    .start();
            return test.waitFor(STTY_SECONDS, TimeUnit.SECONDS) && test.exitValue() == 0;
        } catch (IOException none) {
            return false;
        }
    }

    private void read() {
        try {
            int key;
            do {
                key = System.in.read();
                keys.add(key);
            } while (key != END);
        } catch (IOException gone) {
            keys.add(END);
        }
    }

    /** The next key, waited for so long; null: none. Negative when there will be none. */
    @Nullable
    Integer key(long millis) throws InterruptedException {
        return keys.poll(millis, TimeUnit.MILLISECONDS);
    }

    Size size() throws InterruptedException {
        String told = stty("size");
        if (told == null || !told.matches("[1-9]\\d{0,4} [1-9]\\d{0,4}")) {
            return Size.USUAL;
        }
        String[] both = told.split(" ");
        return new Size(Integer.parseInt(both[1]), Integer.parseInt(both[0]));
    }

    void show(List<String> lines) {
        StringBuilder picture = new StringBuilder(HOME);
        for (int i = 0; i < lines.size(); i++) {
            picture.append(i == 0 ? "" : "\r\n").append(lines.get(i)).append(REST_OF_LINE);
        }
        out.print(picture.append(REST_OF_SCREEN));
        out.flush();
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(restore);
        restore();
    }

    private void restore() {
        out.print(CLOSE);
        out.flush();
        try {
            stty(saved);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What it prints; null: it failed. */
    private static @Nullable String stty(String... arguments) throws InterruptedException {
        String[] command = new String[arguments.length + 1];
        command[0] = "stty";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        try {
            Process stty = new ProcessBuilder(command)
                    .redirectInput(TTY)
                    .redirectErrorStream(true)
                    .start();
            String told = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
            return stty.waitFor(STTY_SECONDS, TimeUnit.SECONDS) && stty.exitValue() == 0 ? told : null;
        } catch (IOException none) {
            return null;
        }
    }
}

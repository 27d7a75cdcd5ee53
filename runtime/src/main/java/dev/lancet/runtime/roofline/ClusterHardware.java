package dev.lancet.runtime.roofline;

import dev.lancet.dsl.LancetException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Machines with devices, one worker for each device.
 *
 * @param machines how many machines
 * @param devices how many devices each has
 * @param rates what a device and its network can do
 */
public record ClusterHardware(int machines, int devices, DeviceRates rates) {

    private static final Pattern FORM = Pattern.compile("(\\d{1,5})x(\\d{1,4}) ([a-z0-9-]+)");

    public ClusterHardware {
        if (machines < 1 || devices < 1) {
            throw new LancetException(
                    "cluster: " + machines + " machines with " + devices + " devices; give at least one of each");
        }
    }

    /**
     * Reads {@code 8x8 h100}: machines, devices in each, and which.
     *
     * @param measured the file with the rates of {@code cpu}, which no table has
     * @throws LancetException if the text has another form, or the rates are unknown
     */
    public static ClusterHardware of(String text, Optional<Path> measured) {
        Matcher form = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!form.matches()) {
            throw new LancetException(
                    "cluster: '" + text + "'; give machines, devices in each, and which, for example \"8x8 h100\"");
        }
        String device = form.group(3);
        if (device.equals(DeviceRates.CPU) != measured.isPresent()) {
            throw new LancetException(
                    measured.isPresent()
                            ? "rates: " + measured.get() + " has the rates of a cpu, not of " + device
                                    + "; leave --rates out"
                            : "cluster: the rates of a cpu are measured; write them with lancet bench cluster --json >"
                                    + " FILE, and give --rates FILE");
        }
        DeviceRates rates = measured.map(DeviceRates::measured).orElseGet(() -> DeviceRates.named(device));
        return new ClusterHardware(Integer.parseInt(form.group(1)), Integer.parseInt(form.group(2)), rates);
    }

    /** The number of workers. */
    public int workers() {
        return machines * devices;
    }

    /** Bytes per second of the slowest link of a ring through all workers. */
    double ringBandwidth() {
        return machines > 1 ? Math.min(rates.near(), rates.far()) : rates.near();
    }

    @Override
    public String toString() {
        return machines + "x" + devices + " " + rates.name();
    }
}

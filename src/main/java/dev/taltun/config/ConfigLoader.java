package dev.taltun.config;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The way into this package: from a file and flags to a checked configuration. */
public final class ConfigLoader {
    /** Where a configuration is looked for when none is named, in this order. */
    public static final List<Path> DEFAULT_FILES =
            List.of(Path.of("config.toml"), Path.of("/etc/taltun/config.toml"));

    /** A hundred thousand peers; more is not a configuration. */
    private static final int FILE_MAX = 32 << 20;

    private static final char BYTE_ORDER_MARK = '\ufeff';

    private ConfigLoader() {}

    /** The first of the default files that exists. */
    public static Optional<Path> findDefault() {
        return DEFAULT_FILES.stream().filter(Files::exists).findFirst();
    }

    /**
     * Reads and checks everything.
     *
     * @param file the file to read; empty to use the flags alone
     * @param overrides what was given on the command line; wins over the file
     * @return a configuration whose keys the caller closes
     * @throws ConfigException with one line per mistake, none of which shows a secret
     */
    public static LoadedConfig load(Optional<Path> file, Overrides overrides)
            throws ConfigException {
        Problems problems = new Problems();
        RawConfig raw = file.isPresent() ? read(file.get(), problems) : nothing(overrides);
        file.ifPresent(path -> warnIfOpen(path, raw, problems));
        overrides.apply(raw, problems);
        Path folder = file.map(Path::toAbsolutePath).map(Path::getParent).orElse(Path.of(""));
        InterfaceDraft iface =
                new InterfaceResolver(raw.iface(), problems)
                        .resolve(new PrivateKeyReader(problems, folder));
        Optional<GatewayConfig> gateway =
                new GatewayResolver(raw.gateway(), problems).resolve(iface.config());
        PeerResolver peerResolver = new PeerResolver(problems, iface.config());
        List<PeerDraft> peers =
                raw.peers().stream().map(peerResolver::resolve).filter(Objects::nonNull).toList();
        new CrossChecks(problems).check(iface, peers);
        List<PeerConfig> configs = new RelayLists(problems, peers).resolve(iface.config().relay());
        if (problems.errors() > 0) {
            wipe(iface, configs);
        }
        problems.throwIfAny();
        TaltunConfig config = new TaltunConfig(iface.withDefaultRoutes(configs), gateway, configs);
        return new LoadedConfig(config, problems.warnings(), file);
    }

    private static void wipe(InterfaceDraft iface, List<PeerConfig> peers) {
        if (iface.config().privateKey() != null) {
            iface.config().privateKey().close();
        }
        peers.forEach(peer -> peer.presharedKey().ifPresent(key -> key.close()));
    }

    private static RawConfig nothing(Overrides overrides) throws ConfigException {
        if (overrides.isEmpty()) {
            throw new ConfigException(
                    List.of(
                            "no configuration: there is neither ./config.toml nor"
                                    + " /etc/taltun/config.toml; name a file with -c FILE, or give"
                                    + " --private-key-file, --vip and --peer"));
        }
        return new RawConfig(new RawTable(Source.flag("")), null, new ArrayList<>());
    }

    private static RawConfig read(Path file, Problems problems) throws ConfigException {
        String name = Shown.path(file.toString());
        String text;
        try {
            text = text(UserFile.read(file, FILE_MAX));
        } catch (IllegalArgumentException e) {
            throw new ConfigException(List.of(name + ": " + e.getMessage()));
        }
        RawConfig raw = new TomlReader(name, problems).read(text);
        if (raw == null) {
            problems.throwIfAny();
        }
        return raw;
    }

    private static String text(byte[] bytes) {
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("is not UTF-8 text; is it the right file?", e);
        }
        if (!text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK) {
            text = text.substring(1);
        }
        if (text.isBlank()) {
            throw new IllegalArgumentException(
                    "the file is empty; write an [interface] table, see the examples in config/");
        }
        return text;
    }

    private static void warnIfOpen(Path file, RawConfig raw, Problems problems) {
        boolean secret =
                raw.iface().get(InterfaceKey.PRIVATE_KEY) != null
                        || raw.peers().stream()
                                .anyMatch(peer -> peer.get(PeerKey.PRESHARED_KEY) != null);
        if (secret && UserFile.isOpenToOthers(file)) {
            String name = Shown.path(file.toString());
            problems.warning(
                    new Source(name, 0, 0, ""),
                    "holds a secret key and is open to other users ("
                            + UserFile.permissions(file)
                            + ")",
                    "run: chmod 600 " + name);
        }
    }
}

package dev.lancet.runtime.serve;

import dev.lancet.dsl.LancetException;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * An HTTP server for one model, with OpenAI's paths: {@code /v1/chat/completions}, {@code /v1/completions}, {@code
 * /v1/embeddings}, {@code /v1/models}, and {@code /health}. It serves one request at a time; others wait in a queue with a
 * limit. A client that hangs up ends its generation.
 *
 * <pre>{@code
 * try (Model model = Model.open(Path.of("my-model"));
 *         ServedModel served = ServedModel.of("my-model", model);
 *         ModelServer server = ModelServer.start(ServerSettings.local(8080), served, System.err::println)) {
 *     System.in.read();
 * }
 * }</pre>
 */
public final class ModelServer implements AutoCloseable {

    /** How long requests that are being served may still take when the server stops. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** How long the last answers may take to reach their clients. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    /** A client for which so many bytes wait does not read them any more. */
    private static final int MOST_UNREAD = 1 << 20;

    private static final int CONNECTIONS_WAITING = 1024;

    private final EventLoopGroup network;
    private final RequestQueue queue;
    private final AtomicBoolean stopping;
    private final ChannelGroup connections;
    private final Channel listening;
    private final String host;

    private ModelServer(
            ChannelGroup connections,
            EventLoopGroup network,
            RequestQueue queue,
            AtomicBoolean stopping,
            Channel listening,
            String host) {
        this.connections = connections;
        this.network = network;
        this.queue = queue;
        this.stopping = stopping;
        this.listening = listening;
        this.host = host;
    }

    /**
     * Starts a server.
     *
     * @param log receives a line about each request that failed through no fault of its sender
     * @throws LancetException if it cannot listen at the address
     */
    public static ModelServer start(ServerSettings settings, ServedModel model, Consumer<String> log) {
        EndpointRouter endpoints = new EndpointRouter(model, settings, log);
        RequestQueue queue = new RequestQueue(settings.limits().queue());
        AtomicBoolean stopping = new AtomicBoolean();
        EventLoopGroup network = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        ChannelGroup connections = new DefaultChannelGroup(network.next());
        ChannelFuture bound = new ServerBootstrap()
                .group(network)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, CONNECTIONS_WAITING)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(MOST_UNREAD / 2, MOST_UNREAD))
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        connections.add(channel);
                        channel.pipeline()
                                .addLast(new HttpServerCodec())
                                .addLast(new HttpConnection(endpoints, queue, settings.limits(), stopping::get));
                    }
                })
                .bind(settings.host(), settings.port())
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            network.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
            throw new LancetException(
                    "serve: cannot listen at " + settings.host() + ":" + settings.port() + ": "
                            + bound.cause().getMessage() + "; choose another host or port",
                    bound.cause());
        }
        return new ModelServer(connections, network, queue, stopping, bound.channel(), settings.host());
    }

    /** The port at which it listens. */
    public int port() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    /** The address for clients, to which they add paths such as {@code /chat/completions}. */
    public String url() {
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port() + "/v1";
    }

    /**
     * Stops: takes no new requests, serves those that are in for up to 10 seconds, and then ends them.
     */
    @Override
    public void close() {
        listening.close().awaitUninterruptibly();
        if (!queue.drain(PATIENCE)) {
            stopping.set(true);
            queue.drain(PATIENCE);
        }
        // Netty closes connections at once, so what was answered is written before.
        connections.writeAndFlush(Unpooled.EMPTY_BUFFER).awaitUninterruptibly(LAST_WORDS.toMillis());
        network.shutdownGracefully(0, 2000, TimeUnit.MILLISECONDS).awaitUninterruptibly();
    }
}

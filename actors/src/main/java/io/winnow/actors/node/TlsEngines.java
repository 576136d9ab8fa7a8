package io.winnow.actors.node;

import akka.actor.ActorSystem;
import akka.remote.artery.tcp.SSLEngineProvider;
import akka.remote.artery.tcp.ssl.RotatingKeysSSLEngineProvider;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import scala.Option;

/**
 * Akka's own mutual TLS, with a line in the log where a connection does not prove itself, which
 * Akka closes without a word. Akka makes this class by its name.
 */
public final class TlsEngines implements SSLEngineProvider {
  private final RotatingKeysSSLEngineProvider keys;
  private final Repeats repeats = new Repeats(System::nanoTime);

  public TlsEngines(ActorSystem system) {
    this.keys = new RotatingKeysSSLEngineProvider(system);
  }

  @Override
  public SSLEngine createServerSSLEngine(String hostname, int port) {
    return new ReportingEngine(keys.createServerSSLEngine(hostname, port), repeats);
  }

  @Override
  public SSLEngine createClientSSLEngine(String hostname, int port) {
    return keys.createClientSSLEngine(hostname, port);
  }

  @Override
  public Option<Throwable> verifyClientSession(String hostname, SSLSession session) {
    return keys.verifyClientSession(hostname, session);
  }

  @Override
  public Option<Throwable> verifyServerSession(String hostname, SSLSession session) {
    return keys.verifyServerSession(hostname, session);
  }
}

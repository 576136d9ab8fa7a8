package io.winnow.actors.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoreAbsenceTest {
  @ParameterizedTest
  @ValueSource(strings = {"08001", "08006", "57P01", "57P03", "90020", "90067"})
  void lostConnectionsAndStoppedServersComeBack(String state) {
    var failure = new CompletionException(new SQLException("terminating connection", state));

    assertThat(StoreAbsence.explains(failure)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"53100", "42P01", "28P01", "90031"})
  void fullDisksAbsentTablesAndWrongPasswordsDoNot(String state) {
    assertThat(StoreAbsence.explains(new SQLException("no", state))).isFalse();
  }

  @Test
  void poolThatGetsNoConnectionWaits() {
    var failure = new SQLTransientConnectionException("timed out", new ConnectException("refused"));

    assertThat(StoreAbsence.explains(failure)).isTrue();
  }

  @Test
  void databaseThatClosedItselfForItsFilesIsNotAway() {
    var failure = new SQLException("closed", "90098", new IOException("No space left on device"));

    assertThat(StoreAbsence.explains(failure)).isFalse();
  }

  @Test
  void aBugIsNotAbsence() {
    assertThat(StoreAbsence.explains(new IllegalStateException("nothing is stored"))).isFalse();
  }
}

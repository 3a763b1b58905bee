#include "net/private_ca.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "net/certificates.h"
#include "testing/process.h"
#include "testing/temporary_directory.h"

namespace fovea::net {
namespace {

using ::testing::HasSubstr;

class PrivateCaTest : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
  PrivateCa open() { return *PrivateCa::open(folder_.path().string(), "bus"); }
  // As OpenSSL's own program sees it, at a time in seconds since 1970.
  void verify(const std::string& seconds) const {
    testing::run_command({"openssl", "verify", "-x509_strict", "-attime", seconds, "-CAfile",
                          path("bus-ca-cert.pem"), path("cert.pem")});
  }

  testing::TemporaryDirectory folder_;
  const TlsFiles files_{path("cert.pem"), path("key.pem")};
};

TEST_F(PrivateCaTest, WhatItIssuesHoldsForThoseWhoTrustItWhateverTheyThinkTheTimeIs) {
  ASSERT_TRUE(*open().issue(files_, "hub.local", {"10.0.0.2"}));
  verify("1000");  // a machine without a battery, in 1970
  verify(std::to_string(::time(nullptr)));
  verify(std::to_string(::time(nullptr) + 9L * 365 * 24 * 3600));
  const auto certificate = read_certificate(files_.certificate);
  for (const char* host : {"hub.local", "localhost"}) {
    EXPECT_EQ(X509_check_host(certificate.get(), host, 0, 0, nullptr), 1) << host;
  }
  EXPECT_EQ(X509_check_ip_asc(certificate.get(), "10.0.0.2", 0), 1);
  EXPECT_EQ(X509_check_host(certificate.get(), "other.local", 0, 0, nullptr), 0);
  for (const auto& key : {files_.key, path("bus-ca-key.pem")}) {
    struct stat found {};
    ASSERT_EQ(stat(key.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777, 0600u) << key;
  }
}

TEST_F(PrivateCaTest, ACertificateStaysUntilAHostIsMissingAndKeepsTheOthers) {
  ASSERT_TRUE(*open().issue(files_, "hub.local", {}));
  const auto der = certificate_der(files_.certificate);
  ASSERT_TRUE(der);
  EXPECT_FALSE(*open().issue(files_, "hub.local", {"whatever"}));
  EXPECT_EQ(*certificate_der(files_.certificate), *der);
  EXPECT_TRUE(*open().issue(files_, "192.168.1.9", {}));
  const auto renewed = read_certificate(files_.certificate);
  EXPECT_EQ(X509_check_host(renewed.get(), "hub.local", 0, 0, nullptr), 1);
  EXPECT_EQ(X509_check_ip_asc(renewed.get(), "192.168.1.9", 0), 1);
  verify(std::to_string(::time(nullptr)));
}

TEST_F(PrivateCaTest, OneThatEndsSoonIsRenewedForTheSameKey) {
  const auto ca = open();
  ASSERT_TRUE(*ca.issue(files_, "hub.local", {}));
  const auto issuer = read_certificate(ca.certificate_file());
  const auto issuer_key = read_key(path("bus-ca-key.pem"));
  const auto key = read_key(files_.key);
  CertificatePlan plan{"Fovea server", {"hub.local"}};
  plan.valid_days = 300;
  const auto old = make_certificate(plan, key.get(), issuer.get(), issuer_key.get());
  ASSERT_TRUE(keep_certificate(files_.certificate, old.get()));
  EXPECT_TRUE(*ca.issue(files_, "hub.local", {}));
  const auto renewed = read_certificate(files_.certificate);
  EXPECT_TRUE(lasts(renewed.get(), 3000));
  EXPECT_EQ(X509_check_private_key(renewed.get(), key.get()), 1);
}

TEST_F(PrivateCaTest, SaysWhatIsMissing) {
  (void)open();
  std::filesystem::remove(path("bus-ca-key.pem"));
  const auto without = PrivateCa::open(folder_.path().string(), "bus");
  ASSERT_FALSE(without);
  EXPECT_THAT(without.error().message, HasSubstr("bus-ca-key.pem"));
  std::filesystem::remove(path("bus-ca-cert.pem"));
  EXPECT_THAT(open().issue(files_, "no host", {}).error().message, HasSubstr("'no host'"));
  EXPECT_THAT(certificate_der("/nowhere").error().message, HasSubstr("/nowhere"));
}

}  // namespace
}  // namespace fovea::net

#!/bin/sh
# Fetches what this program needs of the Pulumi CLI into the folder pulumi/. Whatever the server sends is unpacked only if
# it is what Pulumi has released: the checksums are those of the release, as in its file pulumi-…-checksums.txt.
set -eu

version=3.259.0
case "$(uname -m)" in
  x86_64) platform=linux-x64 checksum=94ba357acac23d01474084c4b00098dc0f7bc70ce13f34c777459254a5f718e5 ;;
  aarch64) platform=linux-arm64 checksum=edc8327463a72160bb36cf82cf5062da9c8a244290a706d9980988e7bf486853 ;;
  *)
    echo "ci/fetch-pulumi.sh knows no checksum for $(uname -m): add it, with the name of its release." >&2
    exit 1
    ;;
esac

archive=pulumi.tar.gz
trap 'rm -f "$archive"' EXIT
curl -fsSL --retry 3 -o "$archive" "https://get.pulumi.com/releases/sdk/pulumi-v$version-$platform.tar.gz"
if ! echo "$checksum  $archive" | sha256sum -c - > /dev/null 2>&1; then
  echo "What was fetched is not the Pulumi CLI $version for $platform, as its checksum is another one." >&2
  exit 1
fi
# The languages that nobody needs here would make the artifact larger than a GitLab of one's own takes by default.
tar -xzf "$archive" --wildcards pulumi/pulumi 'pulumi/*nodejs*'

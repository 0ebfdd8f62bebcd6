#!/usr/bin/env bash
# .ci/package.sh FOLDER: packs, looks into the package, and uses it in an application outside of this repository, as a user would.
set -u -o pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
complain() { echo "$1"; exit 1; }

out=$1 version=0.0.1-ci.$$
rm -rf "$out" && mkdir -p "$out" && out=$(cd "$out" && pwd)
dotnet pack src/Patcher -c Release -o "$out" -p:PackageVersion=$version || complain "dotnet pack failed"
package=$out/Patchy.$version.nupkg
[ -f "$package" ] || complain "there is no $package"

# Only what the user needs: three assemblies with their documentation, and no dependency but Iced (the other two assemblies are inside).
contents=$(python3 -m zipfile -l "$package" 2>/dev/null || unzip -l "$package") || complain "neither python3 nor unzip can list the package"
for file in Patchy Patchy.Hub Patchy.Sockets; do
  for kind in dll xml; do grep -q " *lib/net10.0/$file\.$kind" <<< "$contents" || complain "lib/net10.0/$file.$kind is missing from:
$contents"; done
done
[ "$(grep -c 'lib/' <<< "$contents")" -eq 6 ] || complain "more than six files in lib:
$contents"
nuspec=$(python3 -m zipfile -e "$package" "$out/unpacked" 2>/dev/null || unzip -q "$package" -d "$out/unpacked"; cat "$out/unpacked/Patchy.nuspec") || complain "no nuspec"
[ "$(grep -o '<dependency id="[^"]*"' <<< "$nuspec")" = '<dependency id="Iced"' ] || complain "the package must depend on Iced alone:
$nuspec"

# Outside of the repository, so that none of its props apply; a package folder of its own, so that nothing stays behind.
consumer=$(mktemp -d) && trap 'rm -rf "$consumer"' EXIT
export NUGET_PACKAGES=$consumer/packages
cp samples/OneLine/Program.cs "$consumer/"
cat > "$consumer/Consumer.csproj" <<PROJECT
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
    <Nullable>enable</Nullable>
    <RestoreAdditionalProjectSources>$out</RestoreAdditionalProjectSources>
  </PropertyGroup>
  <ItemGroup><PackageReference Include="Patchy" Version="$version" /></ItemGroup>
</Project>
PROJECT
cd "$consumer" && dotnet build -c Release -warnaserror -o app || complain "an application that uses the package does not build"
for file in Patchy Patchy.Hub Patchy.Sockets Iced; do [ -f "app/$file.dll" ] || complain "$file.dll does not come with the package"; done
said=$(dotnet app/Consumer.dll) || complain "an application that uses the package fails: $said"
echo "$said"
[[ $said =~ ^1000\ threads\ are\ asleep,\ on\ [0-9]{1,2}\ OS\ threads\.$ ]] || complain "it should have said what samples/OneLine says"

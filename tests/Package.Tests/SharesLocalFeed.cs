namespace Patchy.Package.Tests;

/// <summary>The tests that share the feed.</summary>
[CollectionDefinition(Name)]
public sealed class SharesLocalFeed : ICollectionFixture<LocalFeed>
{
    public const string Name = "local feed";
}

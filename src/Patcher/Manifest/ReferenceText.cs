using System;
using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Text;

namespace Patchy.Manifest;

/// <summary>
/// References in the metadata of an assembly, as a manifest writes members. Type parameters have no names there: they are "!0" and "!!0",
/// and <see cref="Means"/> compares them.
/// </summary>
internal sealed class ReferenceText : ISignatureTypeProvider<string, object?>
{
    public static ReferenceText Instance { get; } = new();

    /// <summary>"Receive(System.Byte[],System.Net.Sockets.SocketFlags)". A method that is not static is written alike.</summary>
    public static string Member(MetadataReader metadata, MemberReference reference) => Member(metadata.GetString(reference.Name), reference.DecodeMethodSignature(Instance, null));

    public static string Member(string name, MethodSignature<string> signature)
    {
        var text = new StringBuilder(name);
        if (signature.GenericParameterCount > 0) text.Append('`').Append(signature.GenericParameterCount);
        return text.Append('(').AppendJoin(',', signature.ParameterTypes).Append(')').ToString();
    }

    /// <summary>"System.Threading.Lock+Scope".</summary>
    public static string Type(MetadataReader metadata, TypeReferenceHandle handle)
    {
        TypeReference type = metadata.GetTypeReference(handle);
        string name = metadata.GetString(type.Name), space = metadata.GetString(type.Namespace);
        if (type.ResolutionScope.Kind == HandleKind.TypeReference) return $"{Type(metadata, (TypeReferenceHandle)type.ResolutionScope)}+{name}";
        return space.Length == 0 ? name : $"{space}.{name}";
    }

    /// <summary>True when the row's member is this reference: "Add(!0)" is "Add(T)", and one number is one name throughout.</summary>
    public static bool Means(string reference, string member)
    {
        var names = new string?[2, 16];
        int at = 0;
        for (int i = 0; i < reference.Length; i++)
        {
            if (reference[i] != '!')
            {
                if (at >= member.Length || member[at++] != reference[i]) return false;
                continue;
            }
            int kind = reference[i + 1] == '!' ? 1 : 0, number = 0;
            for (i += kind; i + 1 < reference.Length && char.IsAsciiDigit(reference[i + 1]); i++) number = (number * 10) + reference[i + 1] - '0';
            int start = at;
            while (at < member.Length && (char.IsAsciiLetterOrDigit(member[at]) || member[at] == '_')) at++;
            string name = member[start..at];
            if (name.Length == 0 || (at < member.Length && member[at] is '.' or '<') || number >= names.GetLength(1)) return false;
            if ((names[kind, number] ??= name) != name) return false;
        }
        return at == member.Length;
    }

    public string GetPrimitiveType(PrimitiveTypeCode typeCode) => $"System.{typeCode}";

    public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
    {
        TypeDefinition type = reader.GetTypeDefinition(handle);
        string name = reader.GetString(type.Name), space = reader.GetString(type.Namespace);
        if (type.IsNested) return $"{GetTypeFromDefinition(reader, type.GetDeclaringType(), rawTypeKind)}+{name}";
        return space.Length == 0 ? name : $"{space}.{name}";
    }

    public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => Type(reader, handle);

    public string GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

    /// <summary>As <see cref="TypeText"/> writes it: the name up to its number of parameters, then all arguments.</summary>
    public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments)
    {
        int tick = genericType.IndexOf('`', StringComparison.Ordinal);
        return $"{(tick < 0 ? genericType : genericType[..tick])}<{string.Join(',', typeArguments)}>";
    }

    public string GetGenericMethodParameter(object? genericContext, int index) => $"!!{index}";

    public string GetGenericTypeParameter(object? genericContext, int index) => $"!{index}";

    public string GetArrayType(string elementType, ArrayShape shape) => $"{elementType}[{new string(',', shape.Rank - 1)}]";

    public string GetSZArrayType(string elementType) => $"{elementType}[]";

    public string GetByReferenceType(string elementType) => $"{elementType}&";

    public string GetPointerType(string elementType) => $"{elementType}*";

    public string GetPinnedType(string elementType) => elementType;

    public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => unmodifiedType;

    public string GetFunctionPointerType(MethodSignature<string> signature) => "";
}

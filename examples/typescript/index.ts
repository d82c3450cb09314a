import * as pulumi from "@pulumi/pulumi";
import { RegistryAccess } from "@acme/gitlab-ecr";

const access = new RegistryAccess("access", {
    account: "123456789012",
    region: "eu-central-1",
    prefix: "gitlab-ecr-prod",
    stack: pulumi.getStack(),
    gitlab: { url: "https://gitlab.example.com" },
    repositories: { "ci/python": { mutableTags: ["3.*"] }, "ci/node": {} },
    consumers: {
        "acme/backend": { kind: "group", id: 20, pull: ["ci/*"] },
        "acme/frontend/web": { pull: ["ci/node"] },
    },
});

export const repositoryUrls = access.repositoryUrls;

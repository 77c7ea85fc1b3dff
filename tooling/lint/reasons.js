/** ESLint rule: whoever switches a rule off says why, after two dashes. */
export const reasons = {
  meta: { type: "problem", schema: [], docs: { description: "A switched-off rule carries its reason" } },
  create(context) {
    return {
      Program() {
        for (const comment of context.sourceCode.getAllComments()) {
          if (!/^\s*eslint-disable/.test(comment.value) || /\s--\s+\S/.test(comment.value)) continue;
          context.report({
            loc: comment.loc,
            message: 'Say why the rule is off: "// eslint-disable-next-line <rule> -- <reason>".',
          });
        }
      },
    };
  },
};
